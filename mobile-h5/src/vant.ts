/**
 * The Vant components in use, each with its own style sheet and nothing else of the library (first load ≤ 250 KB). The icon font (35 KB) stays out:
 * signs are drawn by `AppIcon`, and no component here is used in a form that needs a font icon.
 */
import 'vant/es/style/base.css';
import 'vant/es/badge/index.css';
import 'vant/es/loading/index.css';
import 'vant/es/overlay/index.css';
import 'vant/es/popup/index.css';
import 'vant/es/button/index.css';
import 'vant/es/action-bar/index.css';
import 'vant/es/action-bar-button/index.css';
import 'vant/es/dialog/index.css';
import 'vant/es/toast/index.css';
import 'vant/es/action-sheet/index.css';
import 'vant/es/stepper/index.css';
import 'vant/es/pull-refresh/index.css';
import 'vant/es/swipe/index.css';
import 'vant/es/swipe-item/index.css';
import 'vant/es/image/index.css';
import 'vant/es/image-preview/index.css';
import { showToast as show } from 'vant/es/toast';

export { Button as VanButton } from 'vant/es/button';
export { Popup as VanPopup } from 'vant/es/popup';
export { showConfirmDialog } from 'vant/es/dialog';
export { ActionSheet as VanActionSheet } from 'vant/es/action-sheet';
export { Stepper as VanStepper } from 'vant/es/stepper';
export { PullRefresh as VanPullRefresh } from 'vant/es/pull-refresh';
export { showImagePreview } from 'vant/es/image-preview';

/** Short words after something the person did; colour and sign come from the style sheet. */
export const showToast = (message: string): void => { show({ message, position: 'top' }); };
export const showSuccessToast = (message: string): void => { show({ message, className: 'toast-done', position: 'top' }); };
export const showFailToast = (message: string): void => { show({ message, className: 'toast-fault', position: 'top', duration: 4000 }); };
